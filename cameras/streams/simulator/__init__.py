"""Cameras without cameras: an RTSP server that loops clips as many cameras, well or badly behaved.

It serves the demo, the tests and the load measurements. It shares RTSP syntax and the arithmetic of Digest
with our client and nothing else; FFmpeg reads it too, which keeps both honest.
"""
