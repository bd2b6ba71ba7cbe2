// What the page calls things. The prompts themselves come from the service.

export const OUTCOMES = {
  accepted: "Good: this photo can be used",
  accepted_with_limits: "Usable, with limits",
  retake: "Please take it again",
  rejected: "This photo cannot be used",
  fault: "That did not work",
};

export const ACCEPTED_TEXT = "Nothing to do better.";
export const LIMITED_TEXT = "It can be used, but not for everything.";

export const LIMITS = {
  fine_detail: "not for fine detail",
  grey_levels: "not for judging grey levels",
  measuring: "not for measuring",
  colour: "not for judging colours",
};

export const REASONS = {
  no_screen: "no screen found",
  no_scan_area: "no ultrasound picture found",
  too_far: "too far away",
  cut_off: "cut off",
  off_angle: "at an angle",
  glare: "reflections",
  veil: "stray light",
  blur_motion: "shaken",
  blur_focus: "out of focus",
  moire: "stripe pattern",
  too_dark: "too dark",
  too_bright: "too bright",
  noise: "grainy",
  compressed: "compressed too much",
  occluded: "something in the way",
  masking_unsure: "names may be readable",
  unreadable_file: "unreadable file",
};

// Each name states what is wanted, so that a longer bar is always better.
export const MEASURES = {
  sampling: "Resolution",
  sharpness: "Sharpness",
  motion: "Held still",
  glare: "Free of reflections",
  veil: "Free of stray light",
  moire: "Free of stripe patterns",
  exposure: "Exposure",
  noise: "Free of grain",
  colour: "True colours",
  perspective: "Seen straight on",
  compression: "Little compressed",
  completeness: "Whole screen in view",
};

export const PROBLEMS = {
  offline: "The service cannot be reached; check the connection and try again.",
  busy: "Many photos are waiting; try again in a moment.",
  fault: "The service failed on this photo; try again, or take another one.",
};
