"""HTML by desk: what owners, stations, repairers and departments see."""
