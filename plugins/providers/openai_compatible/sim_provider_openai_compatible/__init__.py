"""Any server that speaks the chat-completions protocol: Ollama, vLLM and the like."""
