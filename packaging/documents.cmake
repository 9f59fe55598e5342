# What is installed beside the program: the pages for its users, its dialogues, and what it writes about itself.
install(DIRECTORY tests/dialogues/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/dialogues FILES_MATCHING PATTERN "*.txt")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
# Where they go to is known when they are installed, not before.
install(CODE "
  set(source \"${PROJECT_SOURCE_DIR}\")
  set(documents \"${CMAKE_INSTALL_DOCDIR}\")
  set(libraries \"${CMAKE_INSTALL_LIBDIR}\")
  set(share \"${CMAKE_INSTALL_DATADIR}\")
  set(program \"$<$<NOT:$<BOOL:${CMAKE_CROSSCOMPILING}>>:$<TARGET_FILE:sim800>>\")
  include(\"${PROJECT_SOURCE_DIR}/packaging/install_documents.cmake\")")
