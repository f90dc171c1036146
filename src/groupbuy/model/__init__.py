"""The lead model: what a lead is, how a value is read, and one lead that was read."""
