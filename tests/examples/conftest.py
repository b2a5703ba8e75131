"""The examples are projects of their own: ``test_examples`` runs their tests."""

collect_ignore_glob = ["*_app/*"]
