"""Engines that answer the questions of indicators over the lake."""
