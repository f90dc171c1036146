"""What changed in the packs that rules lie over, since `groupbuy.lock` was written."""
