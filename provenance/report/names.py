"""What the page calls the origins."""

ORIGIN_NAMES = {
    "human": "human",
    "ai_generated": "AI-generated",
    "machine_translated": "machine-translated",
    "undetermined": "undetermined",
}
ORIGINS = ("human", "ai_generated", "machine_translated")
SYNTHETIC = ("ai_generated", "machine_translated")
