"""Alexa: requests into events, outcomes into responses."""
