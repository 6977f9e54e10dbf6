from imloop.cli import main

main()
