package dev.holdfast.testkit;

/** What a name on a simulated disk stands for. Identity counts: two nodes of the same content are two. */
sealed interface Node permits FileNode, DirectoryNode {}
