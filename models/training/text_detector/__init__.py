"""The recipe of ``text_lines.onnx``: finds lines of text on a display, however small or faint.

``pool`` stores screens with the places of their text, ``train`` fits the network on crops
of them that are spoilt as photos are, ``measure`` counts the ink that is found, ``export``
writes ONNX.
"""
