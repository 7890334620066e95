"""Router: decides what a case is about, how grave it is and who answers for it, and forwards its whole story."""
