"""What a run tells of itself while it works: signs of life in its folder, and events for who listens."""
