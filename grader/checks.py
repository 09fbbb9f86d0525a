"""System checks of the grader."""
