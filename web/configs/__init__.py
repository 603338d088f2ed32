"""Configs: the YAML files below configs/, read, written and checked."""
