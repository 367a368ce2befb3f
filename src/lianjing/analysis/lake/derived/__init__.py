"""Tables made of the lake by named steps, after which indicators are plain SQL again."""
