"""Where the display is, and the display seen straight on."""
