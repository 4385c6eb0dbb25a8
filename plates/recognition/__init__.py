"""Finds and reads Thai number plates in pictures; a library that knows neither Django nor Celery.

`detector.Detector` finds plates and their corners, `reader.Reader` reads one plate, `lane.LaneAnalyser`
follows plates through the pictures of one camera and tells each passing vehicle once.
"""
