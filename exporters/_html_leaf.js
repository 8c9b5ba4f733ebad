// A page of a folder: it is there as it is, and only gets its buttons.

dress(document);
