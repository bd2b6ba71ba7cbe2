"""The recipe of ``locator.onnx``: finds a display in a photo, and how it is turned.

``compose`` makes training photos, ``pool`` stores them with their truth, ``train`` fits
the network, ``calibrate`` fits the confidence on held-out photos, ``export`` writes ONNX.
"""
