"""Tips and complaints about conduct (顺风耳): from anyone, sealed for the supervision group, followed by a receipt number."""
