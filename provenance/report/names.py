"""What the page calls the origins."""

ORIGIN_NAMES = {
    "human": "human",
    "ai_generated": "AI-generated",
    "machine_translated": "machine-translated",
    "undetermined": "undetermined",
}
SYNTHETIC = ("ai_generated", "machine_translated")
