"""The pages that the service serves: their TypeScript sources, and ``dist`` once built."""
