"""Cameras as streams: RTSP reading, the hub of a worker, decoding and a camera simulator, without Django."""
