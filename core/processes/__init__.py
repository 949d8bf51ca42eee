"""Children of the app: whatever loads a model, opens a sound device or takes long is a process of its own.

Each is a module of ours, started with this very Python, and what it says is JSON lines with kinds. A child that is
talked with is a `Child`, work that ends with a result is a `Task`, a question with an answer is `asked`, and what
must outlive the app is `detached`.
"""
