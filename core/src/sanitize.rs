//! Guest and service text is hostile: one sanitiser per sink.
