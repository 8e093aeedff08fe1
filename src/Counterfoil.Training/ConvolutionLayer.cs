using Counterfoil.Training.Arithmetic;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Training;

/// <summary>
/// A <see cref="ConvolutionStage"/> in training. Its windows are laid out as rows, record after record and position after position, so that forward and backward are the matrix products of a dense
/// layer, with their order of reduction; what goes back to an image is added in ascending order of position, then of the window's cell.
/// </summary>
sealed class ConvolutionLayer
{
    public readonly Window Window;
    public readonly ImageShape From, To;
    public readonly Matrix Weights, Velocity, Gradient, Biases, BiasVelocity, BiasGradient, Transposed;
    /// <summary>Windows, sums behind ReLU, and their gradients: a row a position.</summary>
    public readonly Matrix Windows, Sums, Delta, WindowDelta;
    /// <summary>Pooled images and their gradients: a row a record.</summary>
    public readonly Matrix Output, OutputDelta;
    readonly int[] chosen;

    public ConvolutionLayer(ImageShape from, ConvolutionStage stage, int batchSize)
    {
        (From, To) = (from, from.After(stage));
        int k = stage.Kernel, height = from.Height + (2 * stage.Padding) - k + 1, width = from.Width + (2 * stage.Padding) - k + 1, columns = from.Channels * k * k;
        Window = new Window(1, from.Channels, from.Height, from.Width, k, k, 1, 1, stage.Padding, stage.Padding, 1, 1, height, width);
        (Weights, Velocity, Gradient) = (new(columns, stage.Outputs), new(columns, stage.Outputs), new(columns, stage.Outputs));
        (Biases, BiasVelocity, BiasGradient) = (new(1, stage.Outputs), new(1, stage.Outputs), new(1, stage.Outputs));
        Transposed = new Matrix(stage.Outputs, columns);
        int rows = batchSize * height * width;
        (Windows, Sums, Delta, WindowDelta) = (new(rows, columns), new(rows, stage.Outputs), new(rows, stage.Outputs), new(rows, columns));
        (Output, OutputDelta) = (new(batchSize, (int)To.Cells), new(batchSize, (int)To.Cells));
        chosen = new int[batchSize * (int)To.Cells];
    }

    /// <summary>Lays the windows of images out as rows.</summary>
    public void Unfold(Matrix images, int count)
    {
        for (int record = 0; record < count; record++)
        {
            var image = images.Row(record);
            for (int i = 0; i < Window.OH; i++)
                for (int j = 0; j < Window.OW; j++)
                {
                    var row = Windows.Row((((record * Window.OH) + i) * Window.OW) + j);
                    int at = 0;
                    for (int c = 0; c < Window.C; c++)
                        for (int u = 0; u < Window.KH; u++)
                            for (int v = 0; v < Window.KW; v++, at++) row[at] = Window.Cell(0, c, i, j, u, v) is >= 0 and var cell ? image[cell] : 0;
                }
        }
    }

    /// <summary>ReLU, then the largest of each 2×2, the first of equals.</summary>
    public void Pool(int count)
    {
        for (int record = 0; record < count; record++)
        {
            var output = Output.Row(record);
            int at = 0;
            for (int o = 0; o < To.Channels; o++)
                for (int i = 0; i < To.Height; i++)
                    for (int j = 0; j < To.Width; j++, at++)
                    {
                        int best = -1;
                        float largest = 0;
                        for (int corner = 0; corner < 4; corner++)
                        {
                            int row = (((record * Window.OH) + (2 * i) + (corner >> 1)) * Window.OW) + (2 * j) + (corner & 1);
                            float sum = Sums[row, o];
                            sum = sum < 0 ? 0 : sum;   // NaN stays: a run that diverges shows it
                            if (best < 0 || sum > largest) (best, largest) = (row, sum);
                        }
                        (output[at], chosen[(record * output.Length) + at]) = (largest, best);
                    }
        }
    }

    /// <summary>Sends the gradient of the pooled images to the sums they were taken from.</summary>
    public void Unpool(int count)
    {
        Delta.Cells.AsSpan(0, count * Window.Positions * Delta.Stride).Clear();
        for (int record = 0; record < count; record++)
        {
            Span<float> delta = OutputDelta.Row(record), output = Output.Row(record);
            for (int at = 0; at < delta.Length; at++)
                if (output[at] > 0) Delta[chosen[(record * delta.Length) + at], at / (To.Height * To.Width)] = delta[at];
        }
    }

    /// <summary>Adds the windows' gradients up, image by image.</summary>
    public void Fold(Matrix images, int count)
    {
        for (int record = 0; record < count; record++)
        {
            var image = images.Row(record);
            image.Clear();
            for (int i = 0; i < Window.OH; i++)
                for (int j = 0; j < Window.OW; j++)
                {
                    var row = WindowDelta.Row((((record * Window.OH) + i) * Window.OW) + j);
                    int at = 0;
                    for (int c = 0; c < Window.C; c++)
                        for (int u = 0; u < Window.KH; u++)
                            for (int v = 0; v < Window.KW; v++, at++)
                                if (Window.Cell(0, c, i, j, u, v) is >= 0 and var cell) image[cell] = (float)(image[cell] + row[at]);
                }
        }
    }
}
