"""Indicators (监督模型): header, portable subset, library, runner, examples."""
