"""Slack: messages, channels and people."""
