# `cpack --config build/release/CPackConfig.cmake` makes a Debian package (docs/packages.md).
set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)  # what is installed names the places where it will be
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The SIM800 emulator maintainers <maintainers@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "modem in software, for testing firmware without hardware")
# CPack writes the summary above it, and sets it in.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "It answers AT commands as SIMCom's SIM800 GSM/GPRS module does, on a
pseudo-terminal, a TCP port or standard input and output. HTTP, FTP, e-mail and
sockets are real connections; scenario files map host names and make the
failures of the field happen.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/debian_changelog.cmake")
include(CPack)
