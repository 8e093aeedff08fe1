namespace Counterfoil.Training;

/// <summary>A convolution over square windows of step 1, ReLU, then the maximum of each 2×2 (what a last odd row or column leaves over is dropped).</summary>
/// <param name="Outputs">Channels of its output, 1 to 1,024.</param>
/// <param name="Kernel">Side of the window, 1 to 11.</param>
/// <param name="Padding">Zeros on every side, 0 to Kernel − 1.</param>
public readonly record struct ConvolutionStage(int Outputs, int Kernel, int Padding)
{
    /// <summary>As a recipe says it: <c>6x5p2</c>.</summary>
    public override string ToString() => $"{Outputs}x{Kernel}p{Padding}";
}

/// <summary>The shape of an image: channels, rows, columns.</summary>
/// <param name="Channels">1 for grey.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Cells.</summary>
    public long Cells => (long)Channels * Height * Width;

    /// <summary>What a stage makes of it.</summary>
    public ImageShape After(ConvolutionStage stage) => new(stage.Outputs, (Height + (2 * stage.Padding) - stage.Kernel + 1) / 2, (Width + (2 * stage.Padding) - stage.Kernel + 1) / 2);

    /// <summary>As a recipe says it: <c>1x28x28</c>.</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
