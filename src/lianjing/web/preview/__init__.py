"""Papers shown in the browser as pictures and tables, each with a watermark; nothing of the file itself reaches it."""
