"""From datasets to a trained model: configs, chains of runs, curves."""
