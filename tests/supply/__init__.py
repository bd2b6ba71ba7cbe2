"""What the package is made of: bill of materials, licences, known vulnerabilities."""
