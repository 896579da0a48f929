"""Analog lines by a voice modem (V.253 AT commands, DLE stream): codecs and tables are pure, the serial port is not."""
