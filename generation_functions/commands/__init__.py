"""The commands of run_augmentoolkit.py, a module each. Nothing heavy is imported until a command runs."""
