"""The commands of `incumbent`, by what they work on. Each module imports the heavy parts where it uses them."""
