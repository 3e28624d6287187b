"""Crash safety of publishing: kills, full disks, power loss, races. docs/crash-safety.md says what is proven."""
