"""Cameras that speak ONVIF: found, added step by step, turned by people, heard when something happens."""
