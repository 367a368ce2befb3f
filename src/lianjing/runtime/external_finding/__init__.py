"""What an inspection tour or an audit found in a unit, and how the unit answers its three demands (巡察发现)."""
