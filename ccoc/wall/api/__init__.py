"""What only the wall asks for."""
