# table_gen(<out-var> <file.td> <output> <generator flags>...) runs mlir-tblgen on
# a file of the current folder and appends the generated path to <out-var>.
function(table_gen out td output)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${td})
  set(target ${CMAKE_CURRENT_BINARY_DIR}/${output})
  get_filename_component(folder ${source} DIRECTORY)
  file(GLOB includes CONFIGURE_DEPENDS ${folder}/*.td ${folder}/*/*.td)
  add_custom_command(
    OUTPUT ${target}
    COMMAND ${MLIR_TBLGEN} ${ARGN} -I ${MLIR_WHEEL}/include -I ${CMAKE_SOURCE_DIR} ${source} -o ${target}
    DEPENDS ${includes} COMMENT "mlir-tblgen ${output}")
  set(${out} ${${out}} ${target} PARENT_SCOPE)
endfunction()
