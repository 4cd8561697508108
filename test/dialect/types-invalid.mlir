// RUN: lamina-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{expected an element type that arrays may have (floats, i1, i8 to i64, ui8, complex<f32>, complex<f64>), got 'index'}}
func.func private @index(!lamina.ref<4xindex>)

// -----

// expected-error @below {{expected an element type that arrays may have}}
func.func private @odd_integer(!lamina.ref<4xi7>)

// -----

// expected-error @below {{expected an element type that arrays may have}}
func.func private @unsigned_integer(!lamina.ref<4xui32>)

// -----

// expected-error @below {{expected an element type that arrays may have}}
func.func private @complex_of_half(!lamina.ref<4xcomplex<f16>>)

// -----

// expected-error @below {{expected an element type that arrays may have}}
func.func private @refs(!lamina.ref<4x!lamina.ref<f32>>)
