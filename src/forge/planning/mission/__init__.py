"""Missions and their scope contracts."""
