"""Arithmetic of the layers as pure functions: the only place where NumPy is used cleverly.

Inside, images are kept as *rows*: memory order ``(H, C, W, N)``, the batch innermost. Then

- every window of ``kh`` image rows is one block of memory, so a convolution is a matrix product
  on overlapping views and the patches are never copied out ("im2col" copies each pixel
  ``kh * kw`` times);
- each row of such a matrix is ``W * N`` numbers long, so loops are long even for small images;
- element-wise layers work on whole buffers.

A convolution is computed in one of several forms (`convolution_forms`): as it is written, or with fewer
multiplications (`winograd` explains how).

To the outside these buffers are views of shape ``(N, C, H, W)``; `layout` goes between the two.
Every function here has a slow and obvious twin in the tests.
"""
