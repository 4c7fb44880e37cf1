document.title = "Recording";
