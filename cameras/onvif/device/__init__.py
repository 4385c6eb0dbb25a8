"""A client of ONVIF devices, without Django: addresses and answers are bounded, passwords never leave it."""
