"""The API documentation, built strictly."""
