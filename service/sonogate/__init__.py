"""sonogate: the gate between a phone photo of an ultrasound screen and the medical record."""
