# Run by cpack: the changelog as Debian's tools read it. CHANGELOG.md is beside it, for people.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(changelog "${CPACK_TEMPORARY_DIRECTORY}${CPACK_INSTALL_PREFIX}/share/doc/sim800/changelog")
file(WRITE "${changelog}" "sim800 (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * What has changed: /usr/share/doc/sim800/CHANGELOG.md

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9nf "${changelog}" COMMAND_ERROR_IS_FATAL ANY)
